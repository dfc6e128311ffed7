"""What tests of traces share: a receiver, and what it got."""
