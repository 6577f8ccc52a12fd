"""The window, its panels, the widgets they share and the theme: the only room that knows Qt."""
