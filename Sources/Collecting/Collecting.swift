// Sources of Collecting.
