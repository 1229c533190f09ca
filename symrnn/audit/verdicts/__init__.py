"""What holds of a relation: trials on nets, inequalities, the rule by which one is FALSE."""
