"""What a file says: diffs, mails, DEP-3 headers, series, references in messages, versions."""
