// The twelve things that are drawn, each seen in four ways, and one part of each that lies about as
// clutter.
//
// Every function draws into the square [−1, 1]² and is a pure function of its Look. To add a class:
// four views and a part here, a row in catalogue.cc.
#pragma once

#include "decant/draw/brush.h"

namespace decant::draw {

// objects_at_home.cc
void house_cottage(const Brush&, const Look&);
void house_long(const Brush&, const Look&);
void house_town(const Brush&, const Look&);
void house_on_stilts(const Brush&, const Look&);
void house_part(const Brush&, const Look&);  // a window

void cup_mug(const Brush&, const Look&);
void cup_on_saucer(const Brush&, const Look&);
void cup_from_above(const Brush&, const Look&);
void cup_of_paper(const Brush&, const Look&);
void cup_part(const Brush&, const Look&);  // a handle

void key_old(const Brush&, const Look&);
void key_flat(const Brush&, const Look&);
void key_trefoil(const Brush&, const Look&);
void key_bunch(const Brush&, const Look&);
void key_part(const Brush&, const Look&);  // a ring

void umbrella_open(const Brush&, const Look&);
void umbrella_closed(const Brush&, const Look&);
void umbrella_from_above(const Brush&, const Look&);
void umbrella_on_beach(const Brush&, const Look&);
void umbrella_part(const Brush&, const Look&);  // a crook

// objects_on_the_move.cc
void boat_yacht(const Brush&, const Look&);
void boat_dinghy(const Brush&, const Look&);
void boat_ship(const Brush&, const Look&);
void boat_of_paper(const Brush&, const Look&);
void boat_part(const Brush&, const Look&);  // a sail

void car_saloon(const Brush&, const Look&);
void car_van(const Brush&, const Look&);
void car_front(const Brush&, const Look&);
void car_from_above(const Brush&, const Look&);
void car_part(const Brush&, const Look&);  // a wheel

void rocket_rising(const Brush&, const Look&);
void rocket_with_boosters(const Brush&, const Look&);
void rocket_toy(const Brush&, const Look&);
void rocket_on_pad(const Brush&, const Look&);
void rocket_part(const Brush&, const Look&);  // a flame

// objects_that_grow.cc
void tree_broadleaf(const Brush&, const Look&);
void tree_fir(const Brush&, const Look&);
void tree_palm(const Brush&, const Look&);
void tree_bare(const Brush&, const Look&);
void tree_part(const Brush&, const Look&);  // a leaf

void flower_daisy(const Brush&, const Look&);
void flower_tulip(const Brush&, const Look&);
void flower_face(const Brush&, const Look&);
void flower_potted(const Brush&, const Look&);
void flower_part(const Brush&, const Look&);  // a petal

void mushroom_toadstool(const Brush&, const Look&);
void mushroom_bolete(const Brush&, const Look&);
void mushroom_cluster(const Brush&, const Look&);
void mushroom_from_above(const Brush&, const Look&);
void mushroom_part(const Brush&, const Look&);  // a cap

// objects_alive.cc
void fish_side(const Brush&, const Look&);
void fish_angel(const Brush&, const Look&);
void fish_puffer(const Brush&, const Look&);
void fish_bones(const Brush&, const Look&);
void fish_part(const Brush&, const Look&);  // a tail

void bird_perched(const Brush&, const Look&);
void bird_flying(const Brush&, const Look&);
void bird_duck(const Brush&, const Look&);
void bird_owl(const Brush&, const Look&);
void bird_part(const Brush&, const Look&);  // a feather

}  // namespace decant::draw
