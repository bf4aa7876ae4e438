/* reference_cli [--geo TABLES] [--category-N C] [--from D] [--to D] LOG...
 *
 * Prints the reference's answers about the files as JSON: for looking at a
 * difference by hand. TABLES are the compiled range tables. */
#include "reference/json.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static int
usage(void)
{
	fputs("usage: reference_cli [--geo TABLES] [--category-2 C] "
	      "[--category-3 C] [--category-5 C] [--from D] [--to D] LOG...\n",
	    stderr);
	return 2;
}

/* The whole file, the program's to the end. */
static bool
read_whole(const char *path, struct span *out)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;
	long size = -1;
	bool ok;

	if (f && fseek(f, 0, SEEK_END) == 0)
		size = ftell(f);
	if (size >= 0)
		bytes = malloc((size_t)size + 1);
	ok = bytes && fseek(f, 0, SEEK_SET) == 0 &&
	     fread(bytes, 1, (size_t)size, f) == (size_t)size;
	if (f)
		fclose(f);
	if (!ok) {
		perror(path);
		free(bytes);
		return false;
	}
	*out = span_of(bytes, (size_t)size);
	return true;
}

static void
print(struct span *files, size_t files_len, const struct reference_query *query)
{
	struct reference reference;
	struct arena arena;
	json_t *json;

	arena_init(&arena);
	reference_read(&arena, files, files_len, query, &reference);
	json = reference_json(&reference);
	json_dumpf(json, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(json);
	arena_reset(&arena);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "geo", required_argument, NULL, 'g' },
		{ "category-2", required_argument, NULL, 2 },
		{ "category-3", required_argument, NULL, 3 },
		{ "category-5", required_argument, NULL, 5 },
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ 0 },
	};
	struct reference_query query = reference_query_default(NULL);
	struct problem why = { "" };
	struct geo *geo = NULL;
	struct span *files;
	size_t files_len = 0, wanted;
	int option, status = 1;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'g':
			geo_close(geo);
			if (geo_open_ranges(&geo, optarg, &why) != ERR_OK) {
				fprintf(stderr, "%s\n", why.text);
				return 1;
			}
			break;
		case 'f':
			query.from = optarg;
			break;
		case 't':
			query.to = optarg;
			break;
		case '?':
			return usage();
		default:
			query.category[option] = optarg;
			break;
		}
	}
	wanted = (size_t)(argc - optind);
	if (wanted == 0)
		return usage();
	query.geo = geo;
	files = calloc(wanted, sizeof(*files));
	while (files && files_len < wanted &&
	       read_whole(argv[optind + (int)files_len], &files[files_len]))
		files_len++;
	if (files && files_len == wanted) {
		print(files, files_len, &query);
		status = 0;
	}
	for (size_t i = 0; files && i < files_len; i++)
		free((void *)(uintptr_t)files[i].data);
	free(files);
	geo_close(geo);
	return status;
}
