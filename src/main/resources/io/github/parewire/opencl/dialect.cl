/*
 * The words in which rewire.cl is written, as OpenCL C 1.2. tools/gpu/dialect.cuh has them as CUDA C.
 */
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

typedef long int64;
typedef ulong uint64;
typedef uint uint32;

#define KERNEL(items) __kernel __attribute__((reqd_work_group_size(items, 1, 1))) void
#ifdef INLINED
#define FUNCTION static __attribute__((always_inline))
#else
#define FUNCTION static
#endif
#define GLOBAL __global
#define LOCAL __local
#define ITEM ((int) get_local_id(0))
#define GROUP_NUMBER ((int64) get_group_id(0))

/* Local memory of a size that the host chooses: the kernel's last argument. */
#define LAST_LOCAL(type, name) , __local type *name
#define LAST_LOCAL_BODY(type, name)

/* All items of the group come here, and see what any of them wrote before. */
#define BARRIER barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
#define LEAST_OF(place, value) atomic_min(place, value)
#define HIGH_PRODUCT(a, b) mul_hi(a, b)
#define LEADING_ZEROS(x) clz(x)
#ifdef UNROLLED
#define UNROLL _Pragma("unroll")
#else
#define UNROLL
#endif

#ifdef NVIDIA
/* In OpenCL C there is no way to say it; items of a warp pass each other numbers. */
FUNCTION uint32 shuffle_up(uint32 number, int apart) {
  uint32 other;
  asm volatile("shfl.sync.up.b32 %0, %1, %2, 0, 0xffffffff;" : "=r"(other) : "r"(number), "r"(apart));
  return other;
}
#define WARP 32
#define SHUFFLE_UP(number, apart) shuffle_up(number, apart)
#endif
