"""What one Azure subscription has, offers and allows: asked live, or read from the dated tables."""
