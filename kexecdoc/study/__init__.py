"""Many runs, and what arithmetic says about them."""
