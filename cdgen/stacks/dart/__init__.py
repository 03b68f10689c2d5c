"""Dart: packages of pub. What runs on a device (Flutter) is told from what serves."""
