#pragma once

/* Asks for the cache line at `address`; a hint that reads nothing and cannot fault, whatever the address. */
static inline void zonal_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }
