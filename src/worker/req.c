#include "worker/req.h"
