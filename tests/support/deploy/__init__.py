"""AWS on this machine, for the tests of the deployment."""
