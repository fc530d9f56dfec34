"""What a run was: outcomes, visits, figures, handoffs, pools, and the invariants that every log obeys."""
