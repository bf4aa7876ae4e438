#ifndef TRAWL_BENCH_RANDOM_H
#define TRAWL_BENCH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* splitmix64: the same numbers from the same seed on every machine. */
static inline uint64_t
random_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static inline uint64_t
random_next(uint64_t *state)
{
	return random_mix(*state += 0x9e3779b97f4a7c15u);
}

/* 0 to n - 1. */
static inline uint64_t
random_below(uint64_t *state, uint64_t n)
{
	return (uint64_t)((unsigned __int128)random_next(state) * n >> 64);
}

static inline bool
random_chance(uint64_t *state, uint64_t per_million)
{
	return random_below(state, 1000000) < per_million;
}

#endif
