"""Drawing shared by the panels; every widget is usable alone in ten lines."""
