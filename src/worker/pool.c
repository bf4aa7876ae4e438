#include "worker/pool.h"
