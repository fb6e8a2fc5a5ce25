// Sources of Detection.
