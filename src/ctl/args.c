#include "ctl/args.h"

#include <errno.h>

static const struct option_row rows[] = {
	{"config", 'c', OPTION_VALUE, offsetof(struct args, config)},
	{"endpoint", 0, OPTION_VALUE, offsetof(struct args, endpoint)},
	{"region", 0, OPTION_VALUE, offsetof(struct args, region)},
	{"bearer", 0, OPTION_VALUE, offsetof(struct args, bearer)},
	{"help", 'h', OPTION_SET, offsetof(struct args, help)},
	{"version", 'V', OPTION_SET, offsetof(struct args, version)},
};

static struct option_set set_of(struct args *args)
{
	return (struct option_set){rows, ARRAY_LEN(rows), args};
}

bool args_take(struct args *args, char ***words, struct err *err)
{
	struct option_set set = set_of(args);

	return options_take(&set, words, err);
}

int args_parse(char **argv, struct args *ret, struct err *err)
{
	struct args args = {.config = NULL};
	char **words = argv + 1;

	err_clear(err);
	while (args_take(&args, &words, err))
		if (err->code)
			return err->code;
	if (*words && (*words)[0] == '-')
		return err_set(err, -EINVAL, "no such option: %s", *words);
	args.words = words;
	*ret = args;
	return 0;
}

/* At most `max` words among the options. */
static int parse(struct args *args, char **words, const struct option_set *own,
	size_t max, const char **ret, struct err *err)
{
	struct option_set set = set_of(args);
	const struct option_set *const sets[] = {own, &set};
	size_t count = 0;

	err_clear(err);
	while (*words && !err->code) {
		if (options_take(own, &words, err) ||
			options_take(&set, &words, err))
			continue;
		if (**words == '-' || count == max)
			return options_unknown(
				*words, sets, ARRAY_LEN(sets), err);
		ret[count++] = *words++;
	}
	return err->code;
}

int args_parse_command(struct args *args, char **words,
	const struct option_set *own, struct err *err)
{
	return parse(args, words, own, 0, NULL, err);
}

int args_parse_words(struct args *args, char **words,
	const struct option_set *own, const char *ret[ARGS_WORDS_MAX + 1],
	struct err *err)
{
	for (size_t i = 0; i <= ARGS_WORDS_MAX; i++)
		ret[i] = NULL;
	return parse(args, words, own, ARGS_WORDS_MAX, ret, err);
}
