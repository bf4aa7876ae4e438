#ifndef TRAWL_WORKER_TRANSPORT_DATE_H
#define TRAWL_WORKER_TRANSPORT_DATE_H

#include <stdint.h>

/* The Date header, formatted once a second whatever the number of answers. */
enum { DATE_TEXT = 30 }; /* "Sun, 06 Nov 1994 08:49:37 GMT" and NUL */

struct date {
	int64_t unix_s; /* of `text`; a zeroed struct date is a valid start */
	char text[DATE_TEXT];
};

/* Returns the text of now; borrowed until the next call. */
const char *date_now(struct date *d);

/* The same of a given second, for tests and for date_now. */
void date_format(int64_t unix_s, char out[DATE_TEXT]);

#endif
