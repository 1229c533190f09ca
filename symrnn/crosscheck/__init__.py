"""What others computed against what is derived: arrays, backward passes, framework modules."""
