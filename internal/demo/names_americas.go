package demo

// americanNames are the naming traditions of the Americas.
var americanNames = []tradition{
	{
		name:   "Spanish American",
		shape:  doubled,
		women:  "María José, Valentina, Camila, Luisa Fernanda, Ximena, Guadalupe, Lucía, Renata, Sofía, Jimena, Paola, Daniela, Martina, Antonella, Catalina, Josefina, Mariana, Itzel, Alejandra, Rocío, Milagros, Florencia, Abril, Zoé, Inés, Esperanza, Belén, Araceli",
		men:    "Mateo, Santiago, Sebastián, José Luis, Juan Pablo, Nicolás, Emiliano, Joaquín, Andrés, Leonel, Gael, Tomás, Benjamín, Rodrigo, Iván, Óscar, Julián, Agustín, Facundo, Ramón, Héctor, Félix, Raúl, Ángel, Efraín, Hernán, Íñigo, Maximiliano",
		family: "García, Rodríguez, Martínez, Hernández, López, González, Pérez, Sánchez, Ramírez, Torres, Flores, Rivera, Gómez, Díaz, Reyes, Morales, Cruz, Ortiz, Gutiérrez, Chávez, Ramos, Ruiz, Álvarez, Mendoza, Vásquez, Castillo, Jiménez, Moreno, Romero, Herrera, Medina, Aguilar, Vargas, Castro, Guzmán, Muñoz, Salazar, Núñez, Ochoa, Peña, Ibáñez, Zúñiga, Bolaños, Quiñones",
	},
	{
		name:   "Quechua",
		shape:  doubled,
		women:  "Killa, Sumaq, Urpi, Wayta, Illari, Qoyllur, Kusi, Sisa, Ch'aska, Phuyu, Asiri, Mayu, Luz Marina, Yolanda, Saywa, Tamya, Wara, Quri, Ñusta, Sami",
		men:    "Inti, Amaru, Rumi, Kuntur, Illapa, Yupanqui, Wayra, Atoq, Sayri, Túpac, Pachakuti, Apu, Mateo, Wilfredo, Kusi, Sinchi, Huáscar, Ñaupari, Wari, Anka",
		family: "Quispe, Mamani, Huamán, Condori, Ccori, Huanca, Yupanqui, Puma, Ccahuana, Quisbert, Apaza, Chambi, Ñahui, Sullca, Tupa, Atahualpa, Ccoyllo, Cusi, Auqui, Pillco, Tacuri, Huarcaya, Soncco, Qqueccaño, Anccasi, Llamocca",
	},
	{
		name:   "Aymara",
		shape:  doubled,
		women:  "Nayra, Wara, Suma, Panqara, Inti Wara, Sartasiri, Phaxsi, Qhana, Wayna, Laqa, Tika, Ajayu, Ch'ikhi, Jalsuri, Munaña, Sarita",
		men:    "Katari, Mallku, Apaza, Willka, Tupaj, Jach'a, Wiraqocha, Arumi, Qamasa, Kunturi, Lari, Pacha, Jilata, Amuyu, Uma, Sajama",
		family: "Mamani, Choque, Condori, Chuquimia, Ticona, Calle, Limachi, Laura, Copa, Nina, Marca, Colque, Yujra, Poma, Villca, Callisaya, Quenta, Alanoca, Huallpa, Catari, Paxi, Chura",
	},
	{
		name:   "Brazilian",
		shape:  doubled,
		women:  "Ana Beatriz, Larissa, Juliana, Letícia, Conceição, Jéssica, Thaís, Luíza, Iara, Jandira, Rayssa, Flávia, Patrícia, Cíntia, Mônica, Yasmin, Aparecida, Érica, Raquel, Heloísa, Lívia, Antônia, Débora, Ingrid",
		men:    "João Pedro, Thiago, Luís Otávio, Caíque, Antônio, Vinícius, Wellington, Márcio, Fábio, Cauã, Enzo, Davi, Gabriel, Raí, Sérgio, Ubiratã, Moacir, Éder, Estêvão, Murilo, Heitor, Mateus, Caetano, Otávio",
		family: "da Silva, dos Santos, de Oliveira, Pereira, Ferreira, de Souza, Rodrigues, Almeida, Carvalho, Gonçalves, Araújo, Ribeiro, do Nascimento, Figueiredo, Conceição, Assunção, Guimarães, Magalhães, Brandão, Falcão, Leitão, Simões, Galvão, Antunes, Queiroz, Sant'Anna, da Luz, Xavier, Paixão, Tupinambá",
	},
	{
		name:   "American",
		women:  "Emily, Ashley, Madison, Destiny, Brooke, Kayla, Shaniqua, LaToya, Harper, Avery, Savannah, Mackenzie, Ruth, Dolores, Peyton, Skylar, Imani, Aaliyah, Rosalind, June, Tamika, Faith, Marlene, Quinn, Ada, Blair, D'Andra, Jo",
		men:    "Tyler, Jamal, DeShawn, Hunter, Cody, Brandon, Malik, Trevor, Wyatt, Darnell, Chase, Earl, Cornelius, Elijah, Landon, Marcus, Jaxon, Ellis, Beauregard, Otis, T.J., Ezra, Wendell, Clay, Roscoe, Ty, Al, Dwight",
		family: "Johnson, Williams, Brown, Jones, Miller, Davis, Washington, Jefferson, Jackson, Thompson, Freeman, Booker, Wright, Hayes, Sullivan, O'Neal, McAllister, Fitzgerald, Vandermeer, Kowalczyk, Delacroix, St. John, Whitfield, Underwood, Yazzie, Begay, Locklear, Two Bulls, Standing Bear, Crowfoot, Nez, Ballard, Hawthorne, Pruitt, Gaines, Tillman",
	},
	{
		name:   "Québécois",
		women:  "Élodie, Maude, Geneviève, Noémie, Océane, Ariane, Josiane, Mégane, Coralie, Marie-Ève, Anaïs, Florence, Laurence, Frédérique, Béatrice, Maïka, Rosalie, Solène, Zoë, Andréanne",
		men:    "Étienne, Jean-François, Olivier, Félix, Mathieu, Raphaël, Gaétan, Loïc, Émile, Réjean, Benoît, Gaël, Jérémie, Normand, Thierry, Yvon, Zacharie, Maxime, Cédric, Léo",
		family: "Tremblay, Gagnon, Bouchard, Côté, Gauthier, Lévesque, Bélanger, Pelletier, Ouellet, Bergeron, Thériault, Beauséjour, Lachance, Boisvert, Desjardins, Archambault, Charlebois, Létourneau, L'Heureux, Saint-Pierre, Vaillancourt, Brisebois, Deschênes, Rhéaume",
	},
	{
		name:   "Haitian",
		women:  "Mirlande, Guerda, Fabiola, Nadège, Roseline, Islande, Wideline, Yolette, Marjorie, Dieula, Ketly, Lovelie, Rose-Merline, Ginette, Edwidge, Manoucheka, Bernadette, Farah, Jocelyne, Esther",
		men:    "Jean-Robert, Wilner, Frantz, Evens, Jacquelin, Dieudonné, Fritz, Junior, Mackenson, Guerrier, Toussaint, Wisler, Ricardo, Odilon, Duckens, Emmanuel, Reginald, Jean-Claude, Widlin, Stanley",
		family: "Jean-Baptiste, Pierre-Louis, Toussaint, Desrosiers, Estimé, Célestin, Dorvil, Louissaint, Bien-Aimé, Laguerre, Charles-Pierre, Desravines, Petit-Frère, Saint-Fleur, Joseph, Innocent, Philogène, Augustin, Exantus, Valcin",
	},
	{
		name:   "Nahua and Maya",
		shape:  doubled,
		women:  "Xóchitl, Citlali, Itzel, Yaretzi, Nayeli, Ixchel, Quetzalli, Metztli, Tonantzin, Izel, Papalotl, Sak Nikte', Yatzil, Zyanya, Ix Kan, Ameyalli",
		men:    "Cuauhtémoc, Tonatiuh, Ikal, Tlacaélel, Nezahualcóyotl, Balam, K'inich, Itzamná, Xicoténcatl, Canek, Tenoch, Yoltic, Yaxkin, Uetzcayotl, Coyotl, Jacinto",
		family: "Tzul, Ajpop, Canul, Dzul, Ek, Ku, Pech, Uc, Xol, Chi, Cocom, Poot, Cuá, Choc, Tecuanhuehue, Xochipiltecatl, Tlatelpa, Cuautle, Itzá, Ixcoy, Q'eqchi, Huitzil",
	},
}
