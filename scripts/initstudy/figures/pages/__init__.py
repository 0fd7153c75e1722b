"""Pages of a whole study, a file each with a function `draw`, and `caption` where it has one."""
