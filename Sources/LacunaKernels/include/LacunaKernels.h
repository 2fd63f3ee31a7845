// The few loops of Lacuna that must be fast. Nothing here allocates or keeps state.
#pragma once
