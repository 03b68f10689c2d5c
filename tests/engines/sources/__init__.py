"""One module per place that programs come from; each has `install(tool, place)`, which fills `place/bin` or raises."""
