// Tests of Shipping.
