"""The peers: one file each, saying how the library does what a work item asks for."""
