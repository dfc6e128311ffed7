"""./scripts/dev/fuzz: rules that hold for any input, and the inputs that reach most of the code."""
