// Sources of PacketDecoding.
