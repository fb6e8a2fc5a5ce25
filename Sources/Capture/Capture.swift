// Sources of Capture.
