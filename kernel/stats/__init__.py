"""Pure numerics: every estimate carries its interval, or says why there is none."""
