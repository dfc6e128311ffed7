"""Every failure that can be caused from outside, and the contract of its code."""
