#ifndef TRAWL_TESTS_SUPPORT_FIRST_JOB_H
#define TRAWL_TESTS_SUPPORT_FIRST_JOB_H

/* Jobs of a test have numbers that it knows: they are one more than the last
 * while that is a time to come. */
#define BEFORE_FIRST_JOB "SET {logs}:job 9000000000000 NX"
#define FIRST_JOB        9000000000001
#define SECOND_JOB       9000000000002
#define FIRST_JOB_TEXT   "9000000000001"
#define SECOND_JOB_TEXT  "9000000000002"
#define FIRST_JOB_KEY    "{logs}:job:" FIRST_JOB_TEXT
#define SECOND_JOB_KEY   "{logs}:job:" SECOND_JOB_TEXT

#endif
