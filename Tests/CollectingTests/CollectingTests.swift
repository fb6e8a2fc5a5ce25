// Tests of Collecting.
