SELECT count(DISTINCT later.id) AS pending FROM widget later JOIN widget first ON first.name = later.name AND first.id < later.id;
