// Sources of Configuration.
