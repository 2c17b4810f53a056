/* Runs a model's header on sequences side by side: main N STEPS <inputs >outputs, bytes of
   steps x n x width. */
#include "model.h"
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	size_t n = (size_t)atoi(argv[1]), steps = (size_t)atoi(argv[2]);
	size_t inputs = steps * n * model_INPUTS, outputs = steps * n * model_OUTPUTS;
	int8_t *x = malloc(inputs), *y = malloc(outputs);
	if (x == NULL || y == NULL || fread(x, 1, inputs, stdin) != inputs)
		return 1;
	for (size_t i = 0; i < n; i++) {
#ifdef STATE
		struct model_state state;
		memset(&state, 0, sizeof state);
#endif
		for (size_t step = 0; step < steps; step++) {
			const int8_t *in = x + (step * n + i) * model_INPUTS;
			int8_t *out = y + (step * n + i) * model_OUTPUTS;
#ifdef STATE
			model_run(&state, in, out);
#else
			model_run(in, out);
#endif
		}
	}
	size_t written = fwrite(y, 1, outputs, stdout);
	free(x);
	free(y);
	return written == outputs ? 0 : 1;
}
