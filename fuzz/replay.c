/* SPDX-License-Identifier: ISC
 *
 * Runs a fuzz target over every file of a folder: the corpus is an ordinary test of each build. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_BYTES_MAX (16u << 20)

static int replay(const char *path, uint8_t *buf)
{
	FILE *f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return -1;
	}
	size_t n = fread(buf, 1, INPUT_BYTES_MAX, f);
	fclose(f);
	/* An exact-size copy lets the sanitizer see a read one byte past the end. */
	uint8_t *copy = malloc(n ? n : 1);
	if (!copy)
		return -1;
	for (size_t i = 0; i < n; i++)
		copy[i] = buf[i];
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t *buf = malloc(INPUT_BYTES_MAX);
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	if (!buf || !d) {
		fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
		return 2;
	}
	int files = 0;
	for (struct dirent *e; (e = readdir(d));) {
		char path[4096];
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		if (replay(path, buf) < 0)
			return 1;
		files++;
	}
	closedir(d);
	free(buf);
	printf("%d inputs replayed\n", files);
	return files > 0 ? 0 : 1;
}
