#include "LacunaKernels.h"
