"""Haskell: packages that stack or cabal builds."""
