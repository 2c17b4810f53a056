//go:build ggml

#include <ggml-backend.h>
#include <ggml.h>
#include <stdlib.h>

#include "ggml_peer.h"

struct low_bit {
	ggml_backend_t backend;
	struct ggml_context *context;
	ggml_backend_buffer_t weights, rest;
	struct ggml_tensor *w, *x, *y;
	struct ggml_cgraph *graph;
	const char *where;
};

// buffer_of returns the first buffer type of the device that multiplies by w: one that
// repacks the weights for this CPU, or the plain one.
static ggml_backend_buffer_type_t buffer_of(ggml_backend_dev_t device, struct ggml_tensor *w, struct ggml_tensor *y) {
	ggml_backend_dev_get_extra_bufts_t extra = (ggml_backend_dev_get_extra_bufts_t)ggml_backend_reg_get_proc_address(
	    ggml_backend_dev_backend_reg(device), "ggml_backend_dev_get_extra_bufts");
	for (ggml_backend_buffer_type_t *type = extra ? extra(device) : NULL; type && *type; type++) {
		w->buffer = ggml_backend_buft_alloc_buffer(*type, 0);
		bool fits = w->buffer && ggml_backend_dev_supports_op(device, y);
		ggml_backend_buffer_free(w->buffer);
		w->buffer = NULL;
		if (fits)
			return *type;
	}
	return ggml_backend_dev_buffer_type(device);
}

static bool build(struct low_bit *p, int type, int64_t m, int64_t k, int64_t n, const void *w) {
	ggml_backend_dev_t device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
	if (!device || !(p->backend = ggml_backend_dev_init(device, NULL)))
		return false;
	ggml_backend_set_n_threads_t set_threads = (ggml_backend_set_n_threads_t)ggml_backend_reg_get_proc_address(
	    ggml_backend_dev_backend_reg(device), "ggml_backend_set_n_threads");
	if (!set_threads)
		return false;
	set_threads(p->backend, 1);
	struct ggml_init_params params = {ggml_tensor_overhead() * 8 + ggml_graph_overhead(), NULL, true};
	if (!(p->context = ggml_init(params)))
		return false;
	p->w = ggml_new_tensor_2d(p->context, type, k, m);
	p->x = ggml_new_tensor_2d(p->context, GGML_TYPE_F32, k, n);
	p->y = ggml_mul_mat(p->context, p->w, p->x);

	ggml_backend_buffer_type_t buffer = buffer_of(device, p->w, p->y);
	p->where = ggml_backend_buft_name(buffer);
	p->weights = ggml_backend_buft_alloc_buffer(buffer, ggml_backend_buft_get_alloc_size(buffer, p->w));
	if (!p->weights)
		return false;
	ggml_backend_buffer_set_usage(p->weights, GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
	if (ggml_backend_tensor_alloc(p->weights, p->w, ggml_backend_buffer_get_base(p->weights)) != GGML_STATUS_SUCCESS)
		return false;
	ggml_backend_tensor_set(p->w, w, 0, ggml_nbytes(p->w));
	if (!(p->rest = ggml_backend_alloc_ctx_tensors(p->context, p->backend)))
		return false;
	p->graph = ggml_new_graph(p->context);
	ggml_build_forward_expand(p->graph, p->y);
	return true;
}

void low_bit_load(void) { ggml_backend_load_all(); }

struct low_bit *low_bit_new(int type, int64_t m, int64_t k, int64_t n, const void *w) {
	struct low_bit *p = calloc(1, sizeof *p);
	if (p && build(p, type, m, k, n, w))
		return p;
	low_bit_free(p);
	return NULL;
}

void low_bit_set_x(struct low_bit *p, const float *x) { ggml_backend_tensor_set(p->x, x, 0, ggml_nbytes(p->x)); }
void low_bit_get_y(struct low_bit *p, float *y) { ggml_backend_tensor_get(p->y, y, 0, ggml_nbytes(p->y)); }
const char *low_bit_where(struct low_bit *p) { return p->where; }
int low_bit_run(struct low_bit *p) { return ggml_backend_graph_compute(p->backend, p->graph); }

void low_bit_free(struct low_bit *p) {
	if (!p)
		return;
	ggml_backend_buffer_free(p->weights);
	ggml_backend_buffer_free(p->rest);
	ggml_free(p->context);
	ggml_backend_free(p->backend);
	free(p);
}
