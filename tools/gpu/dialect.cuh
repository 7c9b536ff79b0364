/* The words in which rewire.cl is written, as CUDA C, for NVRTC with --fmad=false. */
typedef long long int64;
typedef unsigned long long uint64;
typedef unsigned int uint32;

#define KERNEL(items) extern "C" __global__ void __launch_bounds__(items)
#define FUNCTION static __device__
#define GLOBAL
#define LOCAL
#define __local __shared__
#define ITEM ((int) threadIdx.x)
#define GROUP_NUMBER ((int64) blockIdx.x)
#define LAST_LOCAL(type, name)
#define LAST_LOCAL_BODY(type, name) extern __shared__ type name[];
#define BARRIER __syncthreads()
#define LEAST_OF(place, value) atomicMin(place, value)
#define HIGH_PRODUCT(a, b) __umul64hi(a, b)
#define INFINITY __longlong_as_double(0x7ff0000000000000LL)
FUNCTION int leading_zeros(uint64 x) { return __clzll(x); }
FUNCTION int leading_zeros(int x) { return __clz(x); }
#define LEADING_ZEROS(x) leading_zeros(x)
#define UNROLL _Pragma("unroll")
#define WARP 32
#define SHUFFLE_UP(number, apart) __shfl_up_sync(0xffffffffu, number, apart)
