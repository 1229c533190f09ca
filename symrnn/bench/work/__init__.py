"""The work items: one file each, with its inputs, its contenders and its goals."""
