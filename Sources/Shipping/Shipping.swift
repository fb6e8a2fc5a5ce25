// Sources of Shipping.
