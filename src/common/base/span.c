/* Reading numbers out of spans. The rest of the module is inline. */
#include "common/base/span.h"

bool
span_to_u64(struct span s, uint64_t *out)
{
	uint64_t value = 0;
	unsigned digit;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		digit = (unsigned char)s.data[i] - (unsigned)'0';
		if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*out = value;
	return true;
}
