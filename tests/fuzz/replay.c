/*
 * Stands in for libFuzzer: runs one target over its stored corpus, so that
 * every input which once mattered is tried again by `make check`. Without
 * arguments the corpus is FUZZ_CORPUS_DIR/<name of this program>.
 */
#include <dirent.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return 0;
	}
	static uint8_t data[1 << 20];
	size_t size = fread(data, 1, sizeof(data), file);
	fclose(file);
	/* An exact copy on the heap, so that ASan sees reads past the end. */
	uint8_t *copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	return 1;
}

static int replay_directory(const char *path)
{
	DIR *dir = opendir(path);
	if (!dir) {
		perror(path);
		return 0;
	}
	int count = 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		char file[4096 + 256 + 1];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		count += replay_file(file);
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	char path[4096];
	const char *dir = path;
	if (argc > 1)
		dir = argv[1];
	else
		snprintf(path, sizeof(path), "%s/%s", FUZZ_CORPUS_DIR,
			basename(argv[0]));
	int count = replay_directory(dir);
	printf("%d inputs from %s\n", count, dir);
	return count ? 0 : 1; /* an empty corpus proves nothing */
}
