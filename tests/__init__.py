"""The tests of cdgen, laid out like cdgen itself."""
