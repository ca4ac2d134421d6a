/*
 * libcurl's words for a failure, for people. It says how long each try took
 * ("after 3 ms"); without that the same trouble reads the same every time, and
 * a log that tells each trouble once can know it again.
 */
#ifndef NET_HTTP_WHY_H
#define NET_HTTP_WHY_H

/* Takes " after N ms" (or "milliseconds") out of it, wherever it stands. */
void http_why_settle(char *why);

#endif
