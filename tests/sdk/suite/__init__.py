"""Every operation of chimed through clients that AWS wrote."""
