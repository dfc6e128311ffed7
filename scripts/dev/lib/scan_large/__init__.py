"""./scripts/dev/scan-large: very large files through the malware scan."""
