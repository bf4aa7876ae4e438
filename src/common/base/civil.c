/* The calendar by arithmetic, without libc: its time functions know zones,
 * locales and a year 1900, none of which a shop log has. A year is counted
 * from March here, so that the leap day is its last and the months before it
 * have lengths that a linear formula gives (days before month m, counted from
 * March as 0, are (153 m + 2) / 5). */
#include "common/base/civil.h"

enum {
	DAYS_OF_YEAR = 365,
	DAYS_OF_4_YEARS = 1461,
	DAYS_OF_CENTURY = 36524,
	DAYS_OF_ERA = 146097, /* 400 years */
	FIRST_DAY = 306,      /* 0001-01-01, counted from 0000-03-01 */
	SECONDS_OF_DAY = 86400,
	UNIX_DAY = 719162, /* 1970-01-01 */
};

static bool
year_is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_of_month(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return days[month - 1] + (month == 2 && year_is_leap(year));
}

bool
civil_day(int year, int month, int date, int32_t *day)
{
	int y, m;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || date < 1 ||
	    date > days_of_month(year, month))
		return false;
	y = month > 2 ? year : year - 1;
	m = month > 2 ? month - 3 : month + 9;
	*day = y * DAYS_OF_YEAR + y / 4 - y / 100 + y / 400 +
	       (153 * m + 2) / 5 + date - 1 - FIRST_DAY;
	return true;
}

/* `len` digits as a number, or -1. */
static int
digits(const char *p, int len)
{
	int value = 0;

	for (int i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

bool
civil_day_parse(struct span s, int32_t *day)
{
	if (s.len != 10 || s.data[4] != '-' || s.data[7] != '-')
		return false;
	return civil_day(digits(s.data, 4), digits(s.data + 5, 2),
	    digits(s.data + 8, 2), day);
}

static void
put(char *out, int value, int len)
{
	while (len-- > 0) {
		out[len] = (char)('0' + value % 10);
		value /= 10;
	}
}

void
civil_day_format(int32_t day, char out[CIVIL_DAY_TEXT])
{
	int32_t days = day + FIRST_DAY;
	int32_t era = days / DAYS_OF_ERA;
	int32_t in_era = days % DAYS_OF_ERA;
	/* The last day of each cycle would begin one year too many. */
	int32_t year_of_era =
	    (in_era - in_era / (DAYS_OF_4_YEARS - 1) +
		in_era / DAYS_OF_CENTURY - in_era / (DAYS_OF_ERA - 1)) /
	    DAYS_OF_YEAR;
	int32_t in_year = in_era - (year_of_era * DAYS_OF_YEAR +
				       year_of_era / 4 - year_of_era / 100);
	int32_t m = (5 * in_year + 2) / 153;

	put(out, era * 400 + year_of_era + (m >= 10), 4);
	out[4] = '-';
	put(out + 5, m < 10 ? m + 3 : m - 9, 2);
	out[7] = '-';
	put(out + 8, in_year - (153 * m + 2) / 5 + 1, 2);
	out[10] = '\0';
}

int32_t
civil_month_begin(int32_t day)
{
	char text[CIVIL_DAY_TEXT];

	civil_day_format(day, text);
	return day + 1 - digits(text + 8, 2);
}

void
civil_moment_format(int64_t moment_s, char out[CIVIL_MOMENT_TEXT])
{
	int second = (int)(moment_s % SECONDS_OF_DAY);

	civil_day_format((int32_t)(moment_s / SECONDS_OF_DAY), out);
	out[10] = 'T';
	put(out + 11, second / 3600, 2);
	out[13] = ':';
	put(out + 14, second / 60 % 60, 2);
	out[16] = ':';
	put(out + 17, second % 60, 2);
	out[19] = '\0';
}

bool
civil_moment_parse(struct span s, int64_t *moment_s)
{
	int32_t day;
	int hour, minute, second;

	if (s.len != CIVIL_MOMENT_TEXT - 1 || s.data[10] != 'T' ||
	    s.data[13] != ':' || s.data[16] != ':' ||
	    !civil_day_parse(span_of(s.data, 10), &day))
		return false;
	hour = digits(s.data + 11, 2);
	minute = digits(s.data + 14, 2);
	second = digits(s.data + 17, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 59)
		return false;
	*moment_s =
	    (int64_t)day * SECONDS_OF_DAY + hour * 3600 + minute * 60 + second;
	return true;
}

int64_t
civil_moment_of_unix(int64_t unix_s)
{
	return unix_s + (int64_t)UNIX_DAY * SECONDS_OF_DAY;
}
