// A product of ggml with weights of a quantized type, on its CPU backend and one thread.

#include <stdint.h>

struct low_bit;

void low_bit_load(void); // loads the backends, once

// low_bit_new returns the product y[n][m] = x[n][k] · w[m][k] in float32, or a null pointer.
// w is blocks of the type, row by row; they are repacked as ggml does for inference.
struct low_bit *low_bit_new(int type, int64_t m, int64_t k, int64_t n, const void *w);

void low_bit_set_x(struct low_bit *p, const float *x);
void low_bit_get_y(struct low_bit *p, float *y);
const char *low_bit_where(struct low_bit *p); // the name of the weights' buffer
int low_bit_run(struct low_bit *p);           // returns the status
void low_bit_free(struct low_bit *p);         // takes a null pointer too
