"""What tests share: the running service, a storage that misbehaves on cue, raw HTTP, a transcript."""
