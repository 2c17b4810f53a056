// An int8 matrix product of oneDNN 2 or 3 with constant weights.

#include <stdint.h>

struct product;

// product_new returns the product y[n][m] = x[n][k] · w[k][m] of uint8 and int8 in
// int32, or a null pointer and the status. The weights are copied into the layout
// that the library prefers, as it does for inference.
struct product *product_new(int64_t m, int64_t k, int64_t n, const int8_t *w, int *status);

uint8_t *product_x(struct product *p);       // to be filled
const int32_t *product_y(struct product *p); // where the result lies
const char *product_info(struct product *p); // which implementation the library chose
int product_run(struct product *p);          // returns the status
void product_free(struct product *p);        // takes a null pointer too
