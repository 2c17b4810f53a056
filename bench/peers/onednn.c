//go:build dnnl

#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

#include "onednn.h"

// Descriptors are structures in oneDNN 2, of Debian 12, and pointers in oneDNN 3.
#if DNNL_VERSION_MAJOR == 2
typedef const dnnl_memory_desc_t *descriptor;
#define DESCRIBE dnnl_memory_desc_init_by_tag
#define AT(desc) (&(desc))
#define DESTROY(desc)
#elif DNNL_VERSION_MAJOR == 3
typedef const_dnnl_memory_desc_t descriptor;
#define DESCRIBE dnnl_memory_desc_create_with_tag
#define AT(desc) (desc)
#define DESTROY(desc) dnnl_memory_desc_destroy(desc)
#else
#error "this is written for oneDNN 2 and 3"
#endif

void omp_set_num_threads(int);

struct product {
	dnnl_engine_t engine;
	dnnl_stream_t stream;
	dnnl_primitive_desc_t desc;
	dnnl_primitive_t matmul;
	dnnl_memory_t x, w, y;
};

// Every step of construction returns the status at once; product_free frees what
// there is by then.
#define TRY(call) \
	do { \
		dnnl_status_t s = (call); \
		if (s != dnnl_success) \
			return s; \
	} while (0)

// reorder copies w, row-major, to the memory of the product.
static dnnl_status_t reorder(struct product *p, descriptor plain, dnnl_memory_t w) {
	dnnl_primitive_desc_t desc = NULL;
	dnnl_primitive_t copy = NULL;
	dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, w}, {DNNL_ARG_TO, p->w}};
	dnnl_status_t s =
	    dnnl_reorder_primitive_desc_create(&desc, plain, p->engine,
	                                       dnnl_primitive_desc_query_md(p->desc, dnnl_query_weights_md, 0), p->engine, NULL);
	if (s == dnnl_success)
		s = dnnl_primitive_create(&copy, desc);
	if (s == dnnl_success)
		s = dnnl_primitive_execute(copy, p->stream, 2, args);
	if (s == dnnl_success)
		s = dnnl_stream_wait(p->stream);
	dnnl_primitive_destroy(copy);
	dnnl_primitive_desc_destroy(desc);
	return s;
}

// create makes the primitive of a product and its memory, and copies w.
static dnnl_status_t create(struct product *p, descriptor x_md, descriptor w_any, descriptor w_plain, descriptor y_md,
                            const int8_t *w) {
	TRY(dnnl_engine_create(&p->engine, dnnl_cpu, 0));
	TRY(dnnl_stream_create(&p->stream, p->engine, dnnl_stream_default_flags));
#if DNNL_VERSION_MAJOR == 2
	dnnl_matmul_desc_t matmul;
	TRY(dnnl_matmul_desc_init(&matmul, x_md, w_any, NULL, y_md));
	TRY(dnnl_primitive_desc_create(&p->desc, &matmul, NULL, p->engine, NULL));
#else
	TRY(dnnl_matmul_primitive_desc_create(&p->desc, p->engine, x_md, w_any, NULL, y_md, NULL));
#endif
	TRY(dnnl_primitive_create(&p->matmul, p->desc));

	TRY(dnnl_memory_create(&p->x, x_md, p->engine, DNNL_MEMORY_ALLOCATE));
	TRY(dnnl_memory_create(&p->y, y_md, p->engine, DNNL_MEMORY_ALLOCATE));
	TRY(dnnl_memory_create(&p->w, dnnl_primitive_desc_query_md(p->desc, dnnl_query_weights_md, 0), p->engine,
	                       DNNL_MEMORY_ALLOCATE));
	dnnl_memory_t given;
	TRY(dnnl_memory_create(&given, w_plain, p->engine, (void *)w));
	dnnl_status_t s = reorder(p, w_plain, given);
	dnnl_memory_destroy(given);
	return s;
}

static dnnl_status_t build(struct product *p, int64_t m, int64_t k, int64_t n, const int8_t *w) {
	dnnl_dims_t x_dims = {n, k}, w_dims = {k, m}, y_dims = {n, m};
	dnnl_memory_desc_t x_md, w_any, w_plain, y_md;
	TRY(DESCRIBE(&x_md, 2, x_dims, dnnl_u8, dnnl_ab));
	TRY(DESCRIBE(&w_any, 2, w_dims, dnnl_s8, dnnl_format_tag_any));
	TRY(DESCRIBE(&w_plain, 2, w_dims, dnnl_s8, dnnl_ab));
	TRY(DESCRIBE(&y_md, 2, y_dims, dnnl_s32, dnnl_ab));
	dnnl_status_t s = create(p, AT(x_md), AT(w_any), AT(w_plain), AT(y_md), w);
	DESTROY(x_md);
	DESTROY(w_any);
	DESTROY(w_plain);
	DESTROY(y_md);
	return s;
}

struct product *product_new(int64_t m, int64_t k, int64_t n, const int8_t *w, int *status) {
	struct product *p = calloc(1, sizeof *p);
	*status = p ? build(p, m, k, n, w) : dnnl_out_of_memory;
	if (*status != dnnl_success) {
		product_free(p);
		return NULL;
	}
	return p;
}

static void *handle(dnnl_memory_t memory) {
	void *p = NULL;
	dnnl_memory_get_data_handle(memory, &p);
	return p;
}

uint8_t *product_x(struct product *p) { return handle(p->x); }
const int32_t *product_y(struct product *p) { return handle(p->y); }

const char *product_info(struct product *p) {
	const char *info = "";
	dnnl_primitive_desc_query(p->desc, dnnl_query_impl_info_str, 0, &info);
	return info;
}

int product_run(struct product *p) {
	dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, p->x}, {DNNL_ARG_WEIGHTS, p->w}, {DNNL_ARG_DST, p->y}};
	omp_set_num_threads(1);
	dnnl_status_t s = dnnl_primitive_execute(p->matmul, p->stream, 3, args);
	return s == dnnl_success ? dnnl_stream_wait(p->stream) : s;
}

void product_free(struct product *p) {
	if (!p)
		return;
	dnnl_memory_destroy(p->x);
	dnnl_memory_destroy(p->w);
	dnnl_memory_destroy(p->y);
	dnnl_primitive_destroy(p->matmul);
	dnnl_primitive_desc_destroy(p->desc);
	dnnl_stream_destroy(p->stream);
	dnnl_engine_destroy(p->engine);
	free(p);
}
