/*
 * User ids: of any person's id comes one that the API allows, which reads back
 * or is said to be shortened; of any bytes nothing is read that would not be
 * written so.
 */
#include "chime_users/userid.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static int is_allowed(const char *id)
{
	size_t len = strlen(id);
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)id[i]) && !strchr(":_.@-", id[i]))
			return 0;
	return len >= 5 && len <= 50 && isalnum((unsigned char)id[0]) &&
	       isalnum((unsigned char)id[len - 1]);
}

static void check_person(const char *person)
{
	char id[USERID_BYTES];
	struct buf AUTOBUF back;
	buf_init(&back, 4096);
	userid_make(id, person);
	require(is_allowed(id) && userid_is_ours(id));
	int error = userid_read(&back, id);
	require(error == 0 || error == -ERANGE);
	require(error || strcmp(back.data, person) == 0);
}

static void check_id(const char *id)
{
	char again[USERID_BYTES];
	struct buf AUTOBUF person;
	buf_init(&person, 4096);
	if (userid_read(&person, id) < 0) {
		require(person.len == 0);
		return;
	}
	require(userid_is_ours(id) && strlen(person.data) == person.len);
	userid_make(again, person.data);
	require(strcmp(again, id) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);
	require(s != NULL);
	memcpy(s, data, size);
	s[size] = '\0';
	check_person(s);
	check_id(s);
	free(s);
	return 0;
}
