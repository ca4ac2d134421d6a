#include "util/clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Set by tests only; atomic because a writer thread may ask for the time. */
static atomic_bool frozen;
static _Atomic int64_t frozen_mono_ms;
static _Atomic int64_t frozen_wall_ms;

static int64_t system_ms(clockid_t id)
{
	struct timespec now;
	if (clock_gettime(id, &now))
		abort();
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
	return frozen ? frozen_mono_ms : system_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
	return frozen ? frozen_wall_ms : system_ms(CLOCK_REALTIME);
}

void clock_freeze(int64_t mono_ms, int64_t wall_ms)
{
	frozen_mono_ms = mono_ms;
	frozen_wall_ms = wall_ms;
	frozen = true;
}

void clock_advance(int64_t ms)
{
	frozen_mono_ms += ms;
	frozen_wall_ms += ms;
}

void clock_unfreeze(void)
{
	frozen = false;
}

/* 0000-01-01 and the last ms of 9999: what four digits of year can say. */
static const int64_t first_ms = -62167219200000;
static const int64_t last_ms = 253402300799999;

/* Splits into calendar fields and the ms within the second. */
static int split(int64_t wall_ms, struct tm *ret_tm)
{
	if (wall_ms < first_ms)
		wall_ms = first_ms;
	if (wall_ms > last_ms)
		wall_ms = last_ms;
	int64_t seconds = wall_ms / 1000;
	int64_t ms = wall_ms % 1000;
	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	time_t t = (time_t)seconds;
	if (!gmtime_r(&t, ret_tm))
		abort();
	return (int)ms;
}

/* `count` digits and then the separator, if there is one. */
static char *put_number(char *out, int value, int count, const char *separator)
{
	for (int i = count; i-- > 0; value /= 10)
		out[i] = (char)('0' + value % 10);
	out += count;
	for (; *separator; separator++)
		*out++ = *separator;
	return out;
}

void clock_format_iso8601(int64_t wall_ms, char out[CLOCK_ISO8601_BYTES])
{
	struct tm tm;
	int ms = split(wall_ms, &tm);
	char *p = put_number(out, tm.tm_year + 1900, 4, "-");
	p = put_number(p, tm.tm_mon + 1, 2, "-");
	p = put_number(p, tm.tm_mday, 2, "T");
	p = put_number(p, tm.tm_hour, 2, ":");
	p = put_number(p, tm.tm_min, 2, ":");
	p = put_number(p, tm.tm_sec, 2, ".");
	p = put_number(p, ms, 3, "Z");
	*p = '\0';
}

void clock_format_amz(int64_t wall_ms, char out[CLOCK_ISO8601_BYTES])
{
	struct tm tm;
	split(wall_ms, &tm);
	char *p = put_number(out, tm.tm_year + 1900, 4, "");
	p = put_number(p, tm.tm_mon + 1, 2, "");
	p = put_number(p, tm.tm_mday, 2, "T");
	p = put_number(p, tm.tm_hour, 2, "");
	p = put_number(p, tm.tm_min, 2, "");
	p = put_number(p, tm.tm_sec, 2, "Z");
	*p = '\0';
}

struct fields {
	int year, month, day, hour, minute, second;
	int ms;
};

/* Exactly `count` digits at *s; moves *s behind them. */
static bool take_digits(const char **s, int count, int *ret)
{
	int value = 0;
	for (int i = 0; i < count; i++) {
		char c = (*s)[i];
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*s += count;
	*ret = value;
	return true;
}

static bool take_text(const char **s, const char *text)
{
	size_t len = strlen(text);
	if (strncmp(*s, text, len) != 0)
		return false;
	*s += len;
	return true;
}

static bool take_time_of_day(const char **s, struct fields *f)
{
	return take_digits(s, 2, &f->hour) && take_text(s, ":") &&
	       take_digits(s, 2, &f->minute) && take_text(s, ":") &&
	       take_digits(s, 2, &f->second);
}

/* ".1" to ".123456789"; what is finer than a ms is dropped. */
static bool take_fraction(const char **s, int *ret_ms)
{
	int ms = 0;
	int digits = 0;
	if (!take_text(s, "."))
		return true;
	for (; **s >= '0' && **s <= '9'; (*s)++, digits++)
		if (digits < 3)
			ms = ms * 10 + (**s - '0');
	if (digits < 1 || digits > 9)
		return false;
	for (int i = digits; i < 3; i++)
		ms *= 10;
	*ret_ms = ms;
	return true;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* A leap second (60) is read as the first one of the next minute. */
static int join(const struct fields *f, int64_t *ret_wall_ms)
{
	if (f->month < 1 || f->month > 12 || f->day < 1 ||
		f->day > days_in_month(f->year, f->month))
		return -EINVAL;
	if (f->hour > 23 || f->minute > 59 || f->second > 60)
		return -EINVAL;
	/* Days since 0000-03-01, so that the leap day ends the year. */
	int64_t year = f->month > 2 ? f->year : f->year - 1;
	int64_t month = (f->month + 9) % 12;
	int64_t century = year >= 0 ? year / 400 : -1;
	int64_t of_era = year - century * 400;
	int64_t day = of_era * 365 + of_era / 4 - of_era / 100 +
		      (month * 153 + 2) / 5 + f->day - 1;
	int64_t days = century * 146097 + day - 719468;
	int64_t seconds =
		days * 86400 + f->hour * 3600 + f->minute * 60 + f->second;
	*ret_wall_ms = seconds * 1000 + f->ms;
	return 0;
}

int clock_parse_iso8601(const char *s, int64_t *ret_wall_ms)
{
	struct fields f = {.ms = 0};
	bool ok = take_digits(&s, 4, &f.year) && take_text(&s, "-") &&
		  take_digits(&s, 2, &f.month) && take_text(&s, "-") &&
		  take_digits(&s, 2, &f.day) && take_text(&s, "T") &&
		  take_time_of_day(&s, &f) && take_fraction(&s, &f.ms) &&
		  (take_text(&s, "Z") || take_text(&s, "+00:00"));
	if (!ok || *s)
		return -EINVAL;
	return join(&f, ret_wall_ms);
}

/* One of the three-letter names, counted from 1. */
static bool take_name(const char **s, const char *names, int *ret)
{
	for (int i = 0; names[i * 3]; i++) {
		if (strncmp(*s, names + i * 3, 3) != 0)
			continue;
		*s += 3;
		*ret = i + 1;
		return true;
	}
	return false;
}

int clock_parse_http_date(const char *s, int64_t *ret_wall_ms)
{
	struct fields f = {.ms = 0};
	int weekday;
	bool ok = take_name(&s, "MonTueWedThuFriSatSun", &weekday) &&
		  take_text(&s, ", ") && take_digits(&s, 2, &f.day) &&
		  take_text(&s, " ") &&
		  take_name(&s, "JanFebMarAprMayJunJulAugSepOctNovDec",
			  &f.month) &&
		  take_text(&s, " ") && take_digits(&s, 4, &f.year) &&
		  take_text(&s, " ") && take_time_of_day(&s, &f) &&
		  take_text(&s, " GMT");
	if (!ok || *s)
		return -EINVAL;
	return join(&f, ret_wall_ms);
}
