// The command; see the folders.
